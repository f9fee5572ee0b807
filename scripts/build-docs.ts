/** `npm run docs`: the documentation site, in docs/.vitepress/dist, which the server shows under /docs. */
import { buildSite } from './docs/site-build.ts'

const startedAt = performance.now()
const isNew = await buildSite()
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
console.log(isNew ? `built docs/.vitepress/dist in ${seconds} s` : 'docs/.vitepress/dist is up to date')
