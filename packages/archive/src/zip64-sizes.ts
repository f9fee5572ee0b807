const zip64Field = 1
const deferred = 0xffff_ffff

export interface HeaderSizes {
  readonly packed: number
  readonly unpacked: number
}

/** The sizes of a header, those that it defers from its zip64 field; as they are where the field does not have them. */
export function zip64Sizes(extra: Buffer, sizes: HeaderSizes): HeaderSizes {
  let place = 0
  while (place + 4 <= extra.length) {
    const end = place + 4 + extra.readUInt16LE(place + 2)
    if (extra.readUInt16LE(place) === zip64Field && end <= extra.length) {
      return sizesOf(extra.subarray(place + 4, end), sizes)
    }
    place = end
  }
  return sizes
}

/** The field holds only what is deferred, the unpacked size first. */
function sizesOf(field: Buffer, sizes: HeaderSizes): HeaderSizes {
  let place = 0
  const next = (size: number): number => {
    if (size !== deferred || place + 8 > field.length) return size
    place += 8
    return Number(field.readBigUInt64LE(place - 8))
  }
  const unpacked = next(sizes.unpacked)
  return { unpacked, packed: next(sizes.packed) }
}
