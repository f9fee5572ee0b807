import { Code2 } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { IconButton } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Code } from './empty-state.tsx'
import { Tabs } from './tabs.tsx'

/** The same by other means: a request such as `GET /workflows/api/v1/workflows/7`, a command line, an expression of the SDK. */
export interface Snippets {
  readonly api: string
  readonly cli: string
  readonly sdk: string
}

type Kind = keyof Snippets

function curlOf(api: string): string {
  const [method = 'GET', path = '/', ...body] = api.split(' ')
  const parts = [
    method === 'GET' ? 'curl' : `curl -X ${method}`,
    `-H "Authorization: Bearer $CAIRN_TOKEN"`,
    ...(body.length === 0 ? [] : [`-H 'Content-Type: application/json'`, `-d '${body.join(' ')}'`]),
    `'${globalThis.location.origin}${path}'`,
  ]
  return parts.join(' \\\n  ')
}

function sdkOf(expression: string): string {
  return `import { createClient } from '@cairn/sdk'\n\nconst client = createClient({ baseUrl: '${globalThis.location.origin}', token: process.env.CAIRN_TOKEN })\n${expression}`
}

/** Shows how to get by other means what the page shows. */
export function SnippetButton({ snippets }: { readonly snippets: Snippets }): ReactElement {
  const [isOpen, setOpen] = useState(false)
  const [kind, setKind] = useState<Kind>('cli')
  const texts: Readonly<Record<Kind, string>> = {
    cli: snippets.cli,
    api: curlOf(snippets.api),
    sdk: sdkOf(snippets.sdk),
  }
  return (
    <>
      <IconButton icon={Code2} label="Get this by command line, API or SDK" onClick={() => setOpen(true)} />
      {isOpen ? (
        <Dialog title="The same without the dashboard" onClose={() => setOpen(false)} isWide>
          <Tabs
            name="Ways"
            tabs={[
              { id: 'cli', label: 'Command line' },
              { id: 'api', label: 'API' },
              { id: 'sdk', label: 'SDK' },
            ]}
            selected={kind}
            onSelect={setKind}
          >
            <Code text={texts[kind]} />
          </Tabs>
        </Dialog>
      ) : null}
    </>
  )
}
