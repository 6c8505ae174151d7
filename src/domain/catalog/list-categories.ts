import type { Reader } from '../../postgres/pool.ts'
import type { Category } from './put-category.ts'

/** Up to `count` categories by id, behind `after`. */
export async function listCategories (read: Reader, after: string | undefined, count: number): Promise<readonly Category[]> {
  return await read<Category[]>`
    select id, name, parent_id as "parentId" from categories where ${after ?? ''} < id order by id limit ${count}`
}
