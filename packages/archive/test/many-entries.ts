const localBytes = 30
const centralBytes = 46
const nameBytes = 7

/** A zip of so many empty files, with a zip64 end when it needs one. `claimed` = what its end says instead. */
export function manyEntries(count: number, lie: { readonly claimed?: number } = {}): Buffer {
  const local = Buffer.alloc(count * (localBytes + nameBytes))
  const central = Buffer.alloc(count * (centralBytes + nameBytes))
  for (let index = 0; index < count; index++) {
    const name = index.toString(36).padStart(nameBytes, '0')
    const at = index * (localBytes + nameBytes)
    local.writeUInt32LE(0x0403_4b50, at)
    local.writeUInt16LE(20, at + 4)
    local.writeUInt16LE(nameBytes, at + 26)
    local.write(name, at + localBytes, 'latin1')
    const entry = index * (centralBytes + nameBytes)
    central.writeUInt32LE(0x0201_4b50, entry)
    central.writeUInt16LE(0x0314, entry + 4)
    central.writeUInt16LE(20, entry + 6)
    central.writeUInt16LE(nameBytes, entry + 28)
    central.writeUInt32LE((0o100644 << 16) >>> 0, entry + 38)
    central.writeUInt32LE(at, entry + 42)
    central.write(name, entry + centralBytes, 'latin1')
  }
  const needsZip64 = count >= 0xffff && lie.claimed === undefined
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x0605_4b50, 0)
  for (const place of [8, 10]) end.writeUInt16LE(needsZip64 ? 0xffff : (lie.claimed ?? count), place)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, ...(needsZip64 ? [zip64End(count, local.length, central.length)] : []), end])
}

function zip64End(count: number, directoryOffset: number, directorySize: number): Buffer {
  const bytes = Buffer.alloc(56 + 20)
  bytes.writeUInt32LE(0x0606_4b50, 0)
  bytes.writeBigUInt64LE(44n, 4)
  for (const place of [24, 32]) bytes.writeBigUInt64LE(BigInt(count), place)
  bytes.writeBigUInt64LE(BigInt(directorySize), 40)
  bytes.writeBigUInt64LE(BigInt(directoryOffset), 48)
  bytes.writeUInt32LE(0x0706_4b50, 56)
  bytes.writeBigUInt64LE(BigInt(directoryOffset + directorySize), 64)
  bytes.writeUInt32LE(1, 72)
  return bytes
}
