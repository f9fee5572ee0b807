import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { useClient } from '../../session/client-context.ts'
import { workflowListQuery } from '../workflows/workflow-queries.ts'
import { FiresNext } from './fires-next.tsx'
import { FirstSteps } from './first-steps.tsx'
import { Problems } from './problems.tsx'
import { RunsBefore } from './runs-before.tsx'
import { RunsNow } from './runs-now.tsx'

/** Is anything wrong, since when; what runs now; what fires next. */
export function HomePage(): ReactElement {
  const client = useClient()
  const reading = useQuery(workflowListQuery(client))
  return (
    <>
      <PageHeader title="Home">
        <SnippetButton
          snippets={{
            api: 'GET /system/api/v1/health',
            cli: 'cairn system health',
            sdk: 'const health = await client.system.getHealth()',
          }}
        />
      </PageHeader>
      <Reading of={reading} skeleton={<SkeletonBlock height={320} />}>
        {(workflows) => (
          <>
            <Problems workflows={workflows} />
            {workflows.length === 0 ? (
              <FirstSteps />
            ) : (
              <div className="grid grid-cols-1 gap-x-6 lg:grid-cols-2">
                <div className="min-w-0">
                  <RunsNow workflows={workflows} />
                  <FiresNext workflows={workflows} />
                </div>
                <div className="min-w-0">
                  <RunsBefore workflows={workflows} />
                </div>
              </div>
            )}
          </>
        )}
      </Reading>
    </>
  )
}
