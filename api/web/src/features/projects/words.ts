import { byCode, dictionary } from "../../components/language";

export const words = dictionary(
  {
    title: "Your projects",
    signedInAs: (name: string) => `Signed in as ${name}`,
    account: "Your account",
    none: "You are in no project yet. The owner of a project can add you.",
    label: "Label",
    look: "Progress",
    roles: byCode({
      owner: "owner",
      manager: "manager",
      reviewer: "reviewer",
      annotator: "annotator",
      operator: "operator",
      viewer: "viewer",
    }),
  },
  {
    title: "你的项目",
    signedInAs: (name) => `已登录：${name}`,
    account: "你的账户",
    none: "你还没有加入任何项目。项目所有者可以添加你。",
    label: "标注",
    look: "进展",
    roles: byCode({
      owner: "所有者",
      manager: "管理员",
      reviewer: "复核员",
      annotator: "标注员",
      operator: "运维",
      viewer: "观察员",
    }),
  },
);
