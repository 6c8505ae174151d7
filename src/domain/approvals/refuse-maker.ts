import type { Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { quotedArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'

/**
 * Refuses the key that made a purchase, and every key that it was rotated from or to, as the one that decides on it. Keys of a
 * reseller are rotated under the reseller's lock, which the caller holds.
 */
export async function refuseMaker (tx: Tx, resellerId: Uuid, makers: readonly string[], keyId: string): Promise<void> {
  const [same] = await tx`
    with recursive rotations (id, other) as (
      select id, replaced_by from api_keys where reseller_id = ${resellerId} and replaced_by is not null
      union all
      select replaced_by, id from api_keys where reseller_id = ${resellerId} and replaced_by is not null
    ), keys (id) as (
      select unnest(${quotedArray(makers)}::text[])
      union
      select other from keys join rotations on rotations.id = keys.id
    )
    select 1 from keys where id = ${keyId}`
  if (!same) return
  throw new Problem('approval_by_maker', 'The key that ordered may not decide, nor one it was rotated from or to. Sign with another.')
}
