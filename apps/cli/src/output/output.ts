/** What goes to stdout: the answer of a command and nothing else. Notes, progress and errors go to stderr. */
import type { OutputFormat } from '../grammar/common-options.ts'
import type { Column } from './table.ts'
import { terminalSafe } from './terminal-text.ts'

/** Where text is written to. */
export interface Streams {
  readonly stdout: { write: (text: string) => void; readonly isTerminal: boolean; readonly width: number | null }
  readonly stderr: { write: (text: string) => void; readonly isTerminal: boolean }
}

/** A list as the SDK gives it. */
export interface ListSource<Item, Page> extends AsyncIterable<Item> {
  pages: () => AsyncIterable<Page>
}

/** How a list is shown. */
export interface ListView {
  /** Key of the items in a page. */
  readonly key: string
  /** Key of the number of all items. */
  readonly countKey: string
  readonly columns: readonly Column[]
}

export interface ListChoice {
  readonly all: boolean
}

/** How an answer that is one thing is shown as a table. Without a view: a row for each of its fields. */
export interface TableView {
  readonly columns: readonly Column[]
  /** The rows in it. */
  readonly rows: (value: unknown) => readonly unknown[]
}

export class Output {
  readonly format: OutputFormat
  readonly #streams: Streams
  readonly #colour: boolean

  constructor(format: OutputFormat, streams: Streams, noColour: boolean) {
    this.format = format
    this.#streams = streams
    this.#colour = streams.stdout.isTerminal && !noColour
  }

  /** Text as it is, with a line end. */
  line(text: string): void {
    this.#streams.stdout.write(`${terminalSafe(text, this.#streams.stdout)}\n`)
  }

  /** A remark for people, on stderr. */
  note(text: string): void {
    this.#streams.stderr.write(`${terminalSafe(text, this.#streams.stderr)}\n`)
  }

  /** One thing. */
  async value(value: unknown, view?: TableView): Promise<void> {
    if (this.format === 'table') return this.#table(value, view)
    await this.#write(value)
  }

  /** Rows of text below each other, the first with the titles. */
  async rows(rows: readonly (readonly string[])[]): Promise<void> {
    const { alignedText } = await import('./table.ts')
    this.line(alignedText(rows, this.#streams.stdout.width))
  }

  async #table(value: unknown, view: TableView | undefined): Promise<void> {
    const { detailsText, tableText } = await import('./table.ts')
    const { width } = this.#streams.stdout
    if (view === undefined && !Array.isArray(value)) return this.line(detailsText(value, width))
    const rows = view === undefined ? [] : view.rows(value)
    this.line(view === undefined ? JSON.stringify(value) : tableText(view.columns, rows, width))
  }

  /** A page of a list, or all of it with `--all`; ndjson has an item on each line. */
  async list<Item, Page extends object>(
    list: ListSource<Item, Page>,
    view: ListView,
    choice: ListChoice,
  ): Promise<void> {
    if (this.format === 'ndjson') return this.#lines(list, view, choice)
    const { page, items } = choice.all ? await allOf(list, view) : await firstOf(list, view)
    if (this.format !== 'table') return this.#write(page)
    const { tableText } = await import('./table.ts')
    this.line(tableText(view.columns, items, this.#streams.stdout.width))
    this.note(caption(page, items.length, view))
  }

  async #lines<Item, Page extends object>(
    list: ListSource<Item, Page>,
    view: ListView,
    choice: ListChoice,
  ): Promise<void> {
    if (!choice.all) for (const item of (await firstOf(list, view)).items) this.line(JSON.stringify(item))
    else for await (const item of list) this.line(JSON.stringify(item))
  }

  async #write(value: unknown): Promise<void> {
    if (this.format === 'yaml') {
      const { stringify } = await import('yaml')
      this.line(stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd())
    } else if (this.format === 'ndjson') this.line(JSON.stringify(value))
    else {
      const text = JSON.stringify(value, null, 4)
      this.#streams.stdout.write(`${this.#colour ? colourJson(text) : text}\n`)
    }
  }
}

function itemsOf(page: object, key: string): readonly unknown[] {
  const items: unknown = Reflect.get(page, key)
  return Array.isArray(items) ? items : []
}

async function firstOf<Page extends object>(
  list: ListSource<unknown, Page>,
  view: ListView,
): Promise<{ page: object; items: readonly unknown[] }> {
  for await (const page of list.pages()) return { page, items: itemsOf(page, view.key) }
  return { page: { [view.key]: [] }, items: [] }
}

async function allOf<Page extends object>(
  list: ListSource<unknown, Page>,
  view: ListView,
): Promise<{ page: object; items: readonly unknown[] }> {
  const items: unknown[] = []
  for await (const page of list.pages()) items.push(...itemsOf(page, view.key))
  return { page: { [view.key]: items, [view.countKey]: items.length }, items }
}

function caption(page: object, shown: number, view: ListView): string {
  const total: unknown = Reflect.get(page, view.countKey)
  const [number, count]: unknown[] = [Reflect.get(page, 'pageNumber'), Reflect.get(page, 'pageCount')]
  const where = typeof count === 'number' && count > 1 ? `, page ${String(number)} of ${count}; --all shows all` : ''
  return `${shown} of ${typeof total === 'number' ? total : shown} ${view.key}${where}`
}

const colours = { key: '\u001B[34m', text: '\u001B[32m', other: '\u001B[33m', end: '\u001B[39m' }

function colourJson(json: string): string {
  return json.replaceAll(
    /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi,
    (match, quoted, colon) => {
      if (typeof quoted !== 'string') return `${colours.other}${match}${colours.end}`
      return typeof colon === 'string'
        ? `${colours.key}${quoted}${colours.end}${colon}`
        : `${colours.text}${quoted}${colours.end}`
    },
  )
}
