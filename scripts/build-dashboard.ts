/** `npm run dashboard`: the dashboard, in apps/dashboard/dist, which the server shows at /. */
import { buildDashboard } from './dashboard/dashboard-build.ts'

const isNew = await buildDashboard()
console.log(isNew ? 'built apps/dashboard/dist' : 'apps/dashboard/dist is up to date')
