import { type ComponentType, useState } from "react";
import type { EditorProps } from "./contract";

export interface DeskProps extends EditorProps {
  /** The class that the next mark gets. */
  tool: string;
  onTool: (label: string) => void;
}

/** An editor whose class in hand outlives the item; all else about an item begins anew. */
export function withTool(Desk: ComponentType<DeskProps>): ComponentType<EditorProps> {
  return function Marking(props: EditorProps) {
    const [tool, setTool] = useState(props.question.classes[0]?.key ?? "");
    return <Desk key={props.item.handle} {...props} tool={tool} onTool={setTool} />;
  };
}
