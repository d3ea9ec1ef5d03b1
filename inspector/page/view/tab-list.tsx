interface Tab<Name extends string> {
  readonly name: Name;
  readonly label: string;
  /** A number that stands beside the label. */
  readonly count?: number | null;
}

interface TabListProps<Name extends string> {
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
  /** Of the element that shows the chosen tab. */
  readonly panelId: string;
}

/** Tabs as the ARIA pattern has them: one stop for the Tab key, arrows go from one to the next. */
export function TabList<Name extends string>({ label, tabs, chosen, onChoose, panelId }: TabListProps<Name>) {
  function onKeyDown(event: KeyboardEvent & { readonly currentTarget: HTMLElement }) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const place = tabs.findIndex(({ name }) => name === chosen);
    const next = step === undefined ? undefined : tabs[(place + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChoose(next.name);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.name}"]`)?.focus();
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(({ name, label: text, count }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${panelId}-tab-${name}`}
          data-tab={name}
          data-testid={`tab-${name}`}
          class="tab"
          aria-selected={name === chosen}
          aria-controls={panelId}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {text}
          {typeof count === 'number' && <span class="tab-count">{count}</span>}
        </button>
      ))}
    </div>
  );
}
