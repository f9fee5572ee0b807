import { expect, test } from 'vitest'
import { parseListening } from './listening-ports.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const rest = '00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0\n'

test('the tables of the kernel tell on which ports something listens, and for whom', () => {
  const tcp =
    head +
    `   0: 0100007F:1388 00000000:0000 0A ${rest}` +
    `   1: 00000000:1F90 00000000:0000 0A ${rest}` +
    // Docker's resolver, and a connection.
    `   2: 0B00007F:A3C1 00000000:0000 0A ${rest}` +
    `   3: 020011AC:1F90 010011AC:D2F0 01 ${rest}`
  const tcp6 =
    head +
    `   0: 00000000000000000000000001000000:0BB8 00000000000000000000000000000000:0000 0A ${rest}` +
    `   1: 00000000000000000000000000000000:1388 00000000000000000000000000000000:0000 0A ${rest}` +
    `   2: 0000000000000000FFFF00000100007F:0BB9 00000000000000000000000000000000:0000 0A ${rest}`
  expect(parseListening(tcp + tcp6)).toEqual([
    { port: 3000, isLoopbackOnly: true },
    { port: 3001, isLoopbackOnly: true },
    { port: 5000, isLoopbackOnly: false },
    { port: 8080, isLoopbackOnly: false },
  ])
})

test('what is no table tells nothing', () => {
  expect(parseListening('cat: /proc/net/tcp6: No such file or directory\n')).toEqual([])
})
