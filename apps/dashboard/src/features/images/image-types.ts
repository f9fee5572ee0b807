import type { ImageBody } from '@cairn/sdk'

type ImageType = ImageBody['type']

/** What images of a type are for. */
export const typeNames: Readonly<Record<ImageType, string>> = {
  workflow: 'Steps of workflows',
  api: 'Services of type api',
  webapp: 'Web apps',
  'workspace-python': 'Python workspaces',
  'workspace-r': 'R workspaces',
}

const order = ['workflow', 'api', 'webapp', 'workspace-python', 'workspace-r'] as const satisfies readonly ImageType[]
export const typeChoices = order.map((type) => [type, typeNames[type]] as const)
