import type { HardItems } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import type { NameOf } from "../classNames";
import { Figure } from "../figures/Figure";
import { words } from "./words";

const MOST_SHOWN = 200;

interface HardItemsProps {
  figures: HardItems;
  nameOf: NameOf;
}

/** The items on which people differ most, with what they said. */
export function HardItemsTable({ figures, nameOf }: HardItemsProps) {
  const w = useWords(words);
  const h = w.hard;
  const format = useFormat();
  const { unanimous, n_compared, n_differing, hardest } = figures;
  if (n_compared === 0) return <Figure title={h.empty} />;
  const { value, low, high, n, reason } = unanimous;
  const sub =
    value === null || low === null || high === null
      ? w.because(w.reason(reason ?? ""))
      : h.unanimous(format.percent(value, 0), format.range(low, high), format.n(n));
  return (
    <Figure
      title={h.title(format.n(n_differing), format.n(n_compared))}
      sub={sub}
      chosen
      table={{
        caption: h.table,
        head: [h.item, h.said, h.believed, h.difficulty],
        words: [1, 2],
        rows: hardest
          .slice(0, MOST_SHOWN)
          .map((one) => [
            one.item,
            one.answers.map((each) => `${nameOf(each.key)} × ${format.n(each.n)}`).join(", "),
            one.believed === null ? "–" : nameOf(one.believed),
            format.percent(one.difficulty, 0),
          ]),
      }}
    />
  );
}
