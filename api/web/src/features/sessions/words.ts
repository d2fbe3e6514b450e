import { dictionary } from "../../components/language";

export const words = dictionary(
  {
    title: "Sign in",
    signingIn: "Signing you in…",
    byLink: "Without a password, you sign in by a link.",
    howStart:
      "If labelloop runs on this computer, its terminal has printed the link. For a new one:",
    howOwner:
      "If somebody else runs it, ask them for a link: the owner of the project makes one for you.",
    once: "A link works once and only for a while. Afterwards this browser stays signed in.",
    usedUp:
      "This link was used before, or has expired. Sign in with your password, or get a new link.",
  },
  {
    title: "登录",
    signingIn: "正在登录…",
    byLink: "没有密码也可以通过链接登录。",
    howStart: "如果 labelloop 运行在本机，链接已显示在终端里。需要新链接时运行：",
    howOwner: "如果由他人运行，请向项目所有者索取链接。",
    once: "链接只能使用一次，且有时限。登录后本浏览器会保持登录状态。",
    usedUp: "此链接已使用过或已过期。请用密码登录，或索取新链接。",
  },
);
