import { choice, flag, integer, pairs, text } from './option.ts'

export const outputFormats = ['json', 'yaml', 'table', 'ndjson'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** Options of every command. */
export const commonOptions = {
  output: text('How to print the answer: json, yaml, table, or one line of JSON for each item.', {
    short: 'o',
    placeholder: 'FORMAT',
    values: outputFormats,
  }),
  paging: flag('Show the answer in $PAGER.'),
  useContext: text('Named server of `cairn contexts` to talk to.', { placeholder: 'NAME', completion: 'context' }),
  url: text('Address of the server; wins over CAIRN_URL and the context.', { placeholder: 'URL' }),
}
export type CommonOptions = typeof commonOptions

/** Of commands that write. */
export const dryRunOption = {
  dryRun: flag('Show the request and what the server says to it; change nothing.'),
}

/** Of commands that read a file. */
export const fileOptions = {
  paramsFile: text('YAML file with the values of the variables in FILE.', {
    short: 'v',
    placeholder: 'FILE',
    completion: 'file',
  }),
  params: pairs('Value of a variable in FILE, as text; wins over --params-file. Repeat for more.', {
    short: 'p',
    placeholder: 'NAME=VALUE',
  }),
  paramJson: pairs('Value of a variable in FILE, as JSON. Repeat for more.', { placeholder: 'NAME=JSON' }),
  generate: flag('Print a sample of FILE and stop.'),
}

/** Of commands whose file or flags can have the description in a file of its own. */
export const descriptionFileOption = {
  descFile: text('Markdown or text file with the description.', {
    short: 'd',
    placeholder: 'FILE',
    completion: 'file',
  }),
}

/** Of lists. */
export const pageOptions = {
  pageSize: integer('Items of a page; 25 by default.'),
  pageNumber: integer('Page to show; 1 by default.'),
  all: flag('Every page.'),
}

/** Of lists over a time. */
export const dateOptions = {
  dateFrom: text('From this date on, in ISO 8601. Default: 90 days ago.', { placeholder: 'DATE' }),
  dateTo: text('Until this date, in ISO 8601.', { placeholder: 'DATE' }),
}

/** Of commands that start something. */
export const waitOptions = {
  wait: flag('Wait for the end. The exit code says how it went: 0 well, 7 not, 6 when --timeout was over.'),
  timeout: text('How long to wait: seconds, or 90s, 15m, 2h. Default 30m.', { placeholder: 'TIME' }),
}

/** Of commands that print a log. */
export const logOptions = {
  nextToken: text('Go on where an earlier answer ended: its nextToken.', { placeholder: 'TOKEN' }),
  follow: choice('Print the log as it grows, until its end.', { short: 'f' }),
  save: choice('Save the whole log to a file.'),
  fileName: text('File to save to.', { placeholder: 'FILE', completion: 'file' }),
}
