type Texts = Record<string, string>;

/** What chooses pods by their labels. */
export interface Selector {
  matchLabels?: Texts;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Whether labels fit a selector; one that says nothing fits all. */
export function fits({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Texts): boolean {
  return (
    Object.entries(matchLabels).every(([label, value]) => labels[label] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator === "In") return values.includes(labels[key]);
      if (operator === "NotIn") return !values.includes(labels[key]);
      return (operator === "Exists") === key in labels;
    })
  );
}
