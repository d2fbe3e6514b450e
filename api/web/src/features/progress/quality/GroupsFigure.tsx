import type { GroupsShown, Measure } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { useCoefficients } from "../coefficients";
import { Figure } from "../figures/Figure";
import { DataTable } from "../Plot";
import { told, withoutName } from "./told";
import { words } from "./words";

/** How far people agree within groups and between them, where the project asks them and they consent. */
export function GroupsFigure({ figures }: { figures: GroupsShown }) {
  return figures.attributes.map((one) => (
    <Attribute key={one.attribute} figures={one} leastN={figures.least_n} />
  ));
}

interface AttributeProps {
  figures: GroupsShown["attributes"][number];
  leastN: number;
}

function Attribute({ figures, leastN }: AttributeProps) {
  const w = useWords(words);
  const g = w.groups;
  const format = useFormat();
  const names = useCoefficients();
  const coefficient = names.full(
    figures.groups[0]?.measures[0]?.coefficient ?? "krippendorff_alpha",
  );
  const cells = (measure: Measure): string[] => withoutName(told(measure, names, w, format));
  const after = [w.range, w.agreement.items];
  const title = figures.groups.length
    ? g.title(format.n(figures.groups.length), figures.attribute)
    : g.none(figures.attribute, format.n(leastN));
  const hidden = figures.n_hidden > 0 ? g.hidden(format.n(figures.n_hidden), format.n(leastN)) : "";
  return (
    <Figure title={title} sub={[g.sub, hidden].filter(Boolean).join(" ")}>
      <DataTable
        caption={g.within}
        summary={g.within}
        head={[g.group, g.people, w.basis, coefficient, ...after]}
        words={[2]}
        rows={figures.groups.flatMap((group) =>
          group.measures.map((measure) => [
            group.value,
            format.n(group.n_people),
            ...cells(measure),
          ]),
        )}
      />
      <DataTable
        caption={g.between}
        summary={g.between}
        head={[g.two, w.basis, g.beyond, ...after]}
        words={[1]}
        rows={figures.between.flatMap((pair) =>
          pair.measures.map((measure) => [`${pair.first} · ${pair.second}`, ...cells(measure)]),
        )}
      />
    </Figure>
  );
}
