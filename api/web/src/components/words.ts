import { dictionary } from "./language";

export const words = dictionary(
  {
    skipToContent: "Skip to content",
    language: "Language",
    theme: "Theme",
    themes: { system: "System", light: "Light", dark: "Dark", contrast: "Contrast" },
    signOut: "Sign out",
    signOutUnsent: (n: number) =>
      `${n === 1 ? "1 answer is" : `${n} answers are`} still kept in this browser and not yet at the hub. They will be sent when you sign in here again. Sign out now?`,
    close: "Close",
    cancel: "Cancel",
    retry: "Try again",
    simulated: "simulated",
    simulatedWhy: "The people of this project are programs that imitate annotators.",
    unreachable: "The hub does not answer. Check the connection, then try again.",
    showTable: "Show the table",
    loading: "Loading…",
    broken: "This part could not be drawn. Nothing is lost; loading the page again may help.",
    reload: "Load again",
  },
  {
    skipToContent: "跳到正文",
    language: "语言",
    theme: "主题",
    themes: { system: "跟随系统", light: "浅色", dark: "深色", contrast: "高对比" },
    signOut: "退出登录",
    signOutUnsent: (n: number) =>
      `还有 ${n} 个答案存在本浏览器中，尚未送达。下次在此登录时会自动发送。现在退出吗？`,
    close: "关闭",
    cancel: "取消",
    retry: "重试",
    simulated: "模拟",
    simulatedWhy: "本项目的标注员由程序模拟。",
    unreachable: "服务器没有响应。请检查网络后重试。",
    showTable: "显示数据表",
    loading: "正在载入…",
    broken: "此部分无法显示。没有任何数据丢失，重新载入页面或可解决。",
    reload: "重新载入",
  },
);
