import { useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { Empty } from './components/states.tsx'
import { RunPage } from './features/runs/run-page.tsx'
import { SignInPage } from './features/sign-in/sign-in-page.tsx'
import { ServicePage } from './features/services/service-page.tsx'
import { ServicesPage } from './features/services/services-page.tsx'
import { WorkflowPage } from './features/workflows/workflow-page.tsx'
import { WorkflowsPage } from './features/workflows/workflows-page.tsx'
import { type Place, usePlace } from './location.ts'
import { ClientContext } from './session/client-context.ts'
import { forgetToken, rememberedClient } from './session/session.ts'

function Screen({ place }: { readonly place: Place }): ReactElement {
  switch (place.screen) {
    case 'workflows':
      return <WorkflowsPage />
    case 'workflow':
      return <WorkflowPage key={place.workflowId} workflowId={place.workflowId} />
    case 'services':
      return <ServicesPage />
    case 'service':
      return <ServicePage key={place.serviceId} serviceId={place.serviceId} />
    case 'run':
      return <RunPage key={place.executionId} workflowId={place.workflowId} executionId={place.executionId} />
    default:
      return <Empty title="There is no such page. The workflows are at:" command="#/workflows" />
  }
}

export function App(): ReactElement {
  const [client, setClient] = useState(rememberedClient)
  const place = usePlace()
  const queries = useQueryClient()
  if (client === null) return <SignInPage onSignedIn={setClient} />
  const signOut = (): void => {
    forgetToken()
    queries.clear()
    setClient(null)
  }
  return (
    <ClientContext value={client}>
      <nav aria-label="Main" className="flex flex-wrap items-center gap-x-5 gap-y-1 border-b border-line px-4 py-3">
        <span className="font-semibold">Cairn</span>
        <a href="#/workflows">Workflows</a>
        <a href="#/services">Services</a>
        <a href="/docs/">Docs</a>
        <a href="/api-docs">API</a>
        <button type="button" className="ml-auto cursor-pointer text-faint" onClick={signOut}>
          Sign out
        </button>
      </nav>
      <main className="mx-auto max-w-6xl px-4 py-6">
        <Screen place={place} />
      </main>
    </ClientContext>
  )
}
