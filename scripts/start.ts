/** `npm start`: the server in the foreground. The dashboard is built beside it when it is not up to date. */
import { buildDashboard } from './dashboard/dashboard-build.ts'

void buildDashboard().catch((error: unknown) => {
  console.error(`cairn: the dashboard was not built: ${error instanceof Error ? error.message : String(error)}`)
})
await import('../apps/server/src/main.ts')
