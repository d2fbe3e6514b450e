import { dictionary } from "../../../components/language";
import type { Question } from "../../../client/types";
import type { Complaint } from "./numbers";

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

type Bounds = Pick<Question, "minimum" | "maximum" | "step">;

const whole = (value: number): number => Math.round(value);

const boundsEn = ({ minimum, maximum, step }: Bounds): string => {
  const from = minimum === null ? "" : `From ${minimum}`;
  const to = maximum === null ? "" : `${from ? " to" : "Up to"} ${maximum}`;
  const steps = step === null ? "" : `${from || to ? ", in" : "In"} steps of ${step}`;
  return from + to + steps === "" ? "" : `${from}${to}${steps}.`;
};

const boundsZh = ({ minimum, maximum, step }: Bounds): string => {
  const from = minimum === null ? "" : `最小 ${minimum}`;
  const to = maximum === null ? "" : `${from ? "，" : ""}最大 ${maximum}`;
  const steps = step === null ? "" : `${from || to ? "，" : ""}步长 ${step}`;
  return from + to + steps === "" ? "" : `${from}${to}${steps}。`;
};

export const words = dictionary(
  {
    submit: "Submit",
    stillOpen: (what: string) => `Still open: ${what}`,
    stillEmpty: "Not answered yet",
    givesNothing: "Submits that there is nothing",
    willSend: (n: number) => (n === 1 ? "1 marked" : `${n} marked`),
    severalAnswers: "Answers: several may fit",
    rating: (most: number) => `Rating from 1 to ${most}`,
    stars: (n: number, most: number) => `${n} of ${most}`,
    number: "Your number",
    numberWrong: {
      unreadable: "This is not a number.",
      too_small: "Too small.",
      too_large: "Too large.",
      off_step: "This lies between two steps.",
    } satisfies Record<Complaint, string>,
    bounds: boundsEn,
    text: "Your words",
    textKeys: "Ctrl + Enter submits. Esc leaves the field, so that keys work; T comes back.",
    sides: { left: "Left", right: "Right" },
    classes: "Classes",
    byCharacter: "By character",
    textToMark: "Text to mark",
    spans: "Marked",
    noSpans: "Nothing yet. Select text, or go to it with ← → (Shift extends), then choose a class.",
    noSpansByTouch:
      "Nothing yet. Tap a word, then another one for all between; then choose a class.",
    pictureToMark: (name: string) => `Draw on the picture: ${name}`,
    newBox: "New box",
    boxes: "Boxes",
    noBoxes: "Nothing yet. Drag a box, or tap its two opposite corners.",
    otherCorner: "Now tap the opposite corner.",
    newPolygon: "New outline",
    polygons: "Outlines",
    noPolygons: "Nothing yet. Tap corner after corner; the first one again closes the outline.",
    cornerSet: (n: number) => (n === 1 ? "1 corner set" : `${n} corners set`),
    corners: (n: number) => `${n} corners`,
    closePolygon: "Close",
    remove: (n: number, name: string, what: string) => `Remove ${n}: ${name} ${what}`,
    placeOf: ({ x, y, width, height }: Place) =>
      `Left ${whole(x)} %, top ${whole(y)} %, ${whole(width)} % wide, ${whole(height)} % high`,
  },
  {
    submit: "提交",
    stillOpen: (what) => `尚未回答：${what}`,
    stillEmpty: "尚未作答",
    givesNothing: "将提交“没有可标注的内容”",
    willSend: (n) => `已标注 ${n} 处`,
    severalAnswers: "答案：可多选",
    rating: (most) => `评分：1 到 ${most}`,
    stars: (n, most) => `${n} 分（满分 ${most}）`,
    number: "你的数值",
    numberWrong: {
      unreadable: "这不是一个数。",
      too_small: "数值太小。",
      too_large: "数值太大。",
      off_step: "不符合步长。",
    },
    bounds: boundsZh,
    text: "你的文字",
    textKeys: "Ctrl + Enter 提交；按 Esc 离开输入框后可用快捷键，按 T 返回输入。",
    sides: { left: "左边", right: "右边" },
    classes: "类别",
    byCharacter: "按字选择",
    textToMark: "待标注文本",
    spans: "已标注",
    noSpans: "尚无标注。选中文字，或用 ← → 移动（按住 Shift 扩展），再选择类别。",
    noSpansByTouch: "尚无标注。点一个词，再点另一个词可选中其间全部，然后选择类别。",
    pictureToMark: (name) => `在图片上绘制：${name}`,
    newBox: "新建框",
    boxes: "标注框",
    noBoxes: "尚无标注。拖动画框，或依次点击两个对角。",
    otherCorner: "请点击对角的位置。",
    newPolygon: "新建轮廓",
    polygons: "轮廓",
    noPolygons: "尚无标注。依次点击各个顶点，再点第一个顶点即可闭合。",
    cornerSet: (n) => `已设 ${n} 个顶点`,
    corners: (n) => `${n} 个顶点`,
    closePolygon: "闭合",
    remove: (n, name, what) => `删除第 ${n} 项：${name} ${what}`,
    placeOf: ({ x, y, width, height }) =>
      `左 ${whole(x)}%，上 ${whole(y)}%，宽 ${whole(width)}%，高 ${whole(height)}%`,
  },
);
