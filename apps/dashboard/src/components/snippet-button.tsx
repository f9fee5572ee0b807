import { Code2 } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { IconButton } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Code } from './empty-state.tsx'
import { curlText, sdkText, type Snippets } from './snippet-texts.ts'
import { Tabs } from './tabs.tsx'

type Kind = keyof Snippets

/** Shows how to get by other means what the page shows. */
export function SnippetButton({ snippets }: { readonly snippets: Snippets }): ReactElement {
  const [isOpen, setOpen] = useState(false)
  const [kind, setKind] = useState<Kind>('cli')
  const texts: Readonly<Record<Kind, string>> = {
    cli: snippets.cli,
    api: curlText(snippets.api, globalThis.location.origin),
    sdk: sdkText(snippets.sdk, globalThis.location.origin),
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
