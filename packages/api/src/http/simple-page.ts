/** Pages of the server itself, which load nothing. */
import type { FastifyReply } from 'fastify'
import { contentSecurityPolicy } from './site-folder.ts'

export function simplePage(title: string, body: string): string {
  const style = 'body{font:16px/1.6 system-ui;max-width:38rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}'
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title><style>${style}</style><h1>${title}</h1>${body}</html>`
}

export function answerPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-security-policy': contentSecurityPolicy(page), 'cache-control': 'no-cache' })
    .type('text/html; charset=utf-8')
    .send(page)
}
