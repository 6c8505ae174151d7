import { sandboxTagPrefix } from '../../../schema/sandbox-faults.ts'
import type { Uuid } from '../../base/ids.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { TestWorld } from './faults.ts'

/** The tags of SKUs' products that ask for a fault. */
export async function readFaultTags ({ db }: TestWorld, skuIds: readonly Uuid[]): Promise<readonly string[]> {
  const rows = await db<{ tag: string }[]>`
    select distinct tag from skus join products on products.id = product_id, unnest(tags) as tag
    where skus.id = any(${bareArray(skuIds)}::uuid[]) and starts_with(tag, ${sandboxTagPrefix})`
  return rows.map(({ tag }) => tag)
}
