import type { ImageBody } from '@cairn/sdk'

/** What images of a type are for. */
export const typeNames: Readonly<Record<ImageBody['type'], string>> = {
  workflow: 'Steps of workflows',
  api: 'Services of type api',
  webapp: 'Web apps',
  'workspace-python': 'Python workspaces',
  'workspace-r': 'R workspaces',
}

export const typeChoices = Object.entries(typeNames)

export function isType(text: string): text is ImageBody['type'] {
  return Object.hasOwn(typeNames, text)
}
