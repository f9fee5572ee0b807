import { crc32 } from 'node:zlib'
import { type Hostile, ok } from './hostile.ts'

const unicodePath = (name: string, to: string): Buffer => {
  const text = Buffer.from(to)
  const field = Buffer.alloc(9)
  field.writeUInt16LE(0x7075, 0)
  field.writeUInt16LE(5 + text.length, 2)
  field.writeUInt8(1, 4)
  field.writeUInt32LE(crc32(name), 5)
  return Buffer.concat([field, text])
}

export const names: Hostile[] = [
  { is: 'climbs out', entries: [{ name: '../x' }], message: 'entry "../x": a name must not hold ".."' },
  {
    is: 'climbs out in the middle',
    entries: [{ name: 'a/../../x' }],
    message: 'entry "a/../../x": a name must not hold ".."',
  },
  { is: 'climbs out as a directory', entries: [{ name: '../' }], message: 'entry "../": a name must not hold ".."' },
  {
    is: 'is absolute',
    entries: [{ name: '/etc/passwd' }],
    message: 'entry "/etc/passwd": a name must be relative, not begin with /',
  },
  {
    is: 'names a drive',
    entries: [{ name: 'C:x' }],
    message: 'entry "C:x": a name must be relative, not begin with a drive letter',
  },
  {
    is: 'uses backslashes',
    entries: [{ name: '..\\x' }],
    message: 'entry "..\\\\x": a name must not hold a backslash; use / between directories',
  },
  {
    is: 'holds NUL',
    entries: [{ name: 'a\0.txt' }],
    message: 'entry "a\\u0000.txt": a name must not hold a NUL character',
  },
  {
    is: 'holds a line feed',
    entries: [{ name: 'a\nb' }],
    message: 'entry "a\\nb": a name must not hold control characters',
  },
  {
    is: 'holds an escape',
    entries: [{ name: 'a\u001b[31m' }],
    message: 'entry "a\\u001b[31m": a name must not hold control characters',
  },
  {
    is: 'holds an empty segment',
    entries: [{ name: 'a//b' }],
    message: 'entry "a//b": a name must not hold an empty segment',
  },
  {
    is: 'holds a dot segment',
    entries: [{ name: './a' }],
    message: 'entry "./a": a name must not hold "." as a segment',
  },
  { is: 'is empty', entries: [{ name: '' }], message: 'entry "": a name must not be empty' },
  {
    is: 'is not UTF-8',
    entries: [{ name: Buffer.from([0x61, 0xff]) }],
    message: 'entry "a\uFFFD": a name must be valid UTF-8',
  },
  {
    is: 'is too long',
    entries: [{ name: 'd/'.repeat(30) + 'x'.repeat(1000) }],
    message: /a name may have at most 1024 bytes$/,
  },
  {
    is: 'has a too long segment',
    entries: [{ name: 'x'.repeat(256) }],
    message: /each segment of a name may have at most 255 bytes$/,
  },
  { is: 'is too deep', entries: [{ name: 'd/'.repeat(64) + 'x' }], message: /a path may be at most 64 levels deep$/ },
  {
    is: 'hides behind a Unicode path field',
    entries: [{ name: 'ok.txt', flags: 0, extra: unicodePath('ok.txt', '../x') }],
    message: 'entry "../x": a name must not hold ".."',
  },
]

export const types: Hostile[] = [
  [0o120777, 'a symbolic link'],
  [0o060600, 'a block device'],
  [0o020600, 'a character device'],
  [0o010600, 'a named pipe'],
  [0o140600, 'a socket'],
  [0o030000, 'of an unknown type'],
].map(([mode, type]) => ({
  is: `is ${type}`,
  entries: [ok, { name: 'x', content: '/etc/passwd', mode: Number(mode) }],
  message: `entry "x": is ${type}; only files and directories are unpacked`,
}))

/** A field of an old Unix archiver: times and owners, then what a file has not. */
const unixField = (rest: string): Buffer => {
  const field = Buffer.alloc(16)
  field.writeUInt16LE(0x000d, 0)
  field.writeUInt16LE(12 + rest.length, 2)
  return Buffer.concat([field, Buffer.from(rest)])
}

/** Checksum, mode, length of a link's target or device number, owners, target. */
const infoZipField = (mode: number, target: string): Buffer => {
  const field = Buffer.alloc(18)
  field.writeUInt16LE(0x756e, 0)
  field.writeUInt16LE(14 + target.length, 2)
  field.writeUInt16LE(mode, 8)
  field.writeUInt32LE(target.length, 10)
  return Buffer.concat([field, Buffer.from(target)])
}

const linkOrDevice = 'entry "x": is a hard link or a device by its Unix field; only files and directories are unpacked'

export const headers: Hostile[] = [
  {
    is: 'is a hard link to what is outside',
    entries: [ok, { name: 'x', extra: unixField('/etc/shadow') }],
    message: linkOrDevice,
  },
  {
    is: 'is a hard link to another entry',
    entries: [ok, { name: 'x', extra: infoZipField(0o100644, 'ok.txt') }],
    message: linkOrDevice,
  },
  {
    is: 'is a device by its Unix field',
    entries: [{ name: 'x', extra: unixField('\u0008\0\0\0\u0001\0\0\0') }],
    message: linkOrDevice,
  },
  {
    is: 'is a symbolic link by its Unix field',
    entries: [{ name: 'x', extra: infoZipField(0o120777, '') }],
    message: 'entry "x": is a symbolic link; only files and directories are unpacked',
  },
  {
    is: 'is a symbolic link by an archive that claims to come from MS-DOS',
    entries: [{ name: 'x', content: '/etc', mode: 0o120777, host: 0 }],
    message: 'entry "x": is a symbolic link; only files and directories are unpacked',
  },
  {
    is: 'is a directory by its mode only',
    entries: [{ name: 'x', mode: 0o040755 }],
    message: 'entry "x": its mode says directory, its name has no trailing /',
  },
  {
    is: 'is a directory with content',
    entries: [{ name: 'x/', content: 'y' }],
    message: 'entry "x/": is a directory with content',
  },
  {
    is: 'is encrypted',
    entries: [{ name: 'x', flags: 0x801 }],
    message: 'entry "x": is encrypted; send it unencrypted',
  },
  {
    is: 'is encrypted strongly',
    entries: [{ name: 'x', flags: 0x841 }],
    message: 'zip: it is encrypted; send it unencrypted',
  },
  {
    is: 'hides its name by encryption',
    entries: [{ name: 'x', flags: 0x2800 }],
    message: 'entry "x": is encrypted; send it unencrypted',
  },
  {
    is: 'is encrypted by AES',
    entries: [{ name: 'x', method: 99, packed: Buffer.from('y') }],
    message: 'entry "x": has compression method 99; only 0 (stored) and 8 (deflate) are unpacked',
  },
  {
    is: 'uses another compression',
    entries: [{ name: 'x', method: 12, packed: Buffer.from('y') }],
    message: 'entry "x": has compression method 12; only 0 (stored) and 8 (deflate) are unpacked',
  },
]

export const duplicates: Hostile[] = [
  { is: 'appears twice', entries: [{ name: 'a/x' }, { name: 'a/x' }], message: 'entry "a/x": appears twice' },
  {
    is: 'appears twice as a directory',
    entries: [{ name: 'a/' }, { name: 'a/' }],
    message: 'entry "a/": appears twice',
  },
  {
    is: 'collides by case',
    entries: [{ name: 'Makefile' }, { name: 'makefile' }],
    message: 'entry "makefile": differs from "Makefile" only in case or Unicode form',
  },
  {
    is: 'collides by the case of a parent',
    entries: [{ name: 'A/x' }, { name: 'a/y' }],
    message: 'entry "a/y": differs from "A" only in case or Unicode form',
  },
  {
    is: 'collides by Unicode form',
    entries: [{ name: 'caf\u00e9' }, { name: 'cafe\u0301' }],
    message: 'entry "cafe\u0301": differs from "caf\u00e9" only in case or Unicode form',
  },
  {
    is: 'collides by the Unicode form of a parent',
    entries: [{ name: 'caf\u00e9/x' }, { name: 'cafe\u0301/y' }],
    message: 'entry "cafe\u0301/y": differs from "caf\u00e9" only in case or Unicode form',
  },
  {
    is: 'collides by case and Unicode form together',
    entries: [{ name: 'CAF\u00c9' }, { name: 'cafe\u0301' }],
    message: 'entry "cafe\u0301": differs from "CAF\u00c9" only in case or Unicode form',
  },
  {
    is: 'collides by the two lower cases of SS',
    entries: [{ name: 'STRASSE' }, { name: 'stra\u00dfe' }],
    message: 'entry "stra\u00dfe": differs from "STRASSE" only in case or Unicode form',
  },
  {
    is: 'uses a file as a directory',
    entries: [{ name: 'a' }, { name: 'a/x' }],
    message: 'entry "a/x": "a" is a file as well',
  },
  {
    is: 'uses a directory as a file',
    entries: [{ name: 'a/x' }, { name: 'a' }],
    message: 'entry "a": is a directory as well',
  },
  {
    is: 'is a file and a directory',
    entries: [{ name: 'a' }, { name: 'a/' }],
    message: 'entry "a/": is a file as well',
  },
  {
    is: 'is a directory and a file',
    entries: [{ name: 'a/' }, { name: 'a' }],
    message: 'entry "a": is a directory as well',
  },
]
