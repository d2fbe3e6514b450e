import { dictionary } from "../components/language";

export const words = dictionary(
  {
    nowhere: "There is no such page.",
    home: "To your projects",
    project: "Project",
    label: "Label",
    sections: "Project",
  },
  {
    nowhere: "没有这个页面。",
    home: "返回你的项目",
    project: "项目",
    label: "标注",
    sections: "项目",
  },
);
