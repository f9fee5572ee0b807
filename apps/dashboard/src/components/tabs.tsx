import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useId, useRef } from 'react'

export interface Tab<Id extends string> {
  readonly id: Id
  readonly label: string
  readonly count?: number
}

/** Keeps the selected tab in view where there are more than there is room for. Not `scrollIntoView`, which moves the page. */
function useTabInView(selectedId: string) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const shown = list.current
    const tab = shown?.querySelector<HTMLElement>(`#${CSS.escape(selectedId)}`)
    if (!shown || !tab) return undefined
    const show = (): void => {
      const left = tab.offsetLeft - shown.offsetLeft
      const isIn = left >= shown.scrollLeft && left + tab.offsetWidth <= shown.scrollLeft + shown.clientWidth
      if (!isIn) shown.scrollTo({ left: left - (shown.clientWidth - tab.offsetWidth) / 2 })
    }
    // Told of the first size as well.
    const observer = new ResizeObserver(show)
    observer.observe(shown)
    return () => observer.disconnect()
  }, [selectedId])
  return list
}

/** Tabs over what they show; arrow keys move between them. */
export function Tabs<Id extends string>({
  name,
  tabs,
  selected,
  onSelect,
  children,
}: {
  readonly name: string
  readonly tabs: readonly Tab<Id>[]
  readonly selected: Id
  readonly onSelect: (id: Id) => void
  readonly children: ReactNode
}): ReactElement {
  // The name may hold blanks, which an id must not, and may be that of other tabs on the page.
  const prefix = useId()
  const idOf = (id: Id): string => `${prefix}-${id}`
  const panelId = `${prefix}panel`
  const list = useTabInView(idOf(selected))
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const at = tabs.findIndex(({ id }) => id === selected)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (next === undefined) return
    onSelect(next.id)
    document.querySelector<HTMLElement>(`#${CSS.escape(idOf(next.id))}`)?.focus()
  }
  return (
    <>
      <div
        ref={list}
        role="tablist"
        aria-label={name}
        onKeyDown={move}
        className="mb-3 flex gap-1 overflow-x-auto border-b border-line"
      >
        {tabs.map(({ id, label, count }) => (
          <button
            key={id}
            id={idOf(id)}
            type="button"
            role="tab"
            aria-controls={panelId}
            aria-selected={id === selected}
            tabIndex={id === selected ? 0 : -1}
            onClick={() => onSelect(id)}
            className={`-mb-px border-b-2 px-3 py-2 font-medium whitespace-nowrap -outline-offset-2 ${
              id === selected ? 'border-accent text-ink' : 'border-transparent text-faint hover:text-ink'
            }`}
          >
            {label}
            {count === undefined ? null : <span className="ml-1.5 text-[12px] leading-none text-faint">{count}</span>}
          </button>
        ))}
      </div>
      <div id={panelId} role="tabpanel" aria-labelledby={idOf(selected)}>
        {children}
      </div>
    </>
  )
}
