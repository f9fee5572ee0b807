/** What a worker writes to standard output right before it stops itself. */
export const frozenSign = 'frozen'
