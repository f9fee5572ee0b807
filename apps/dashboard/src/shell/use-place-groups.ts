import { useMay } from '../session/use-may.ts'
import { type PlaceGroup, placeGroups } from './navigation.ts'

/** The places that who is signed in may see. */
export function usePlaceGroups(): readonly PlaceGroup[] {
  const mayManage = useMay('manage')
  return placeGroups
    .map(({ title, places }) => ({ title, places: places.filter(({ needs }) => needs !== 'manage' || mayManage) }))
    .filter(({ places }) => places.length > 0)
}
