import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'
import { touchProducts } from './touch-products.ts'

export interface Category { readonly id: string, readonly name: string, readonly parentId: string | null }

/** How deep categories may be nested. */
export const categoryDepthMax = 8

/**
 * Makes a category, renames it or moves it. Every product in it or below it is told again: it shows the name, and is found
 * under other ancestors. A parent that is unknown, below the category itself or too deep is refused (`invalid_request`).
 */
export async function putCategory (tx: Tx, category: Category): Promise<Category> {
  // One writer at a time: two moves that are each without a circle could close one together.
  await tx`lock table categories in share row exclusive mode`
  if (category.parentId !== null) await refuseParent(tx, category.id, category.parentId)
  const [written] = await tx<{ changed: boolean }[]>`
    insert into categories as present (id, name, parent_id) values (${category.id}, ${category.name}, ${category.parentId})
    on conflict (id) do update set name = excluded.name, parent_id = excluded.parent_id
      where (present.name, present.parent_id) is distinct from (excluded.name, excluded.parent_id)
    returning xmax <> 0 as changed`
  if (written?.changed) {
    const products = await tx<{ id: string }[]>`
      with recursive branch (id) as (
        select ${category.id}::text union all select c.id from categories c join branch b on c.parent_id = b.id
      )
      select p.id from products p join branch b on b.id = p.category_id`
    await touchProducts(tx, products.map(product => product.id))
  }
  return category
}

async function refuseParent (tx: Tx, id: string, parentId: string): Promise<void> {
  const ancestors = await tx<{ id: string }[]>`
    with recursive line (id, parent_id) as (
      select id, parent_id from categories where id = ${parentId}
      union all select c.id, c.parent_id from categories c join line l on c.id = l.parent_id
    )
    select id from line`
  if (ancestors.length === 0) throw parentRefused('is not a category')
  if (parentId === id || ancestors.some(ancestor => ancestor.id === id)) throw parentRefused('is this category or one below it')
  const [below] = await tx<{ depth: number }[]>`
    with recursive branch (id, depth) as (
      select ${id}::text, 1 union all select c.id, b.depth + 1 from categories c join branch b on c.parent_id = b.id
    )
    select max(depth) as depth from branch`
  if (ancestors.length + below!.depth > categoryDepthMax) throw parentRefused(`makes categories deeper than ${categoryDepthMax}`)
}

function parentRefused (why: string): Problem {
  return new Problem('invalid_request', `The parent ${why}.`, { errors: [{ pointer: '/parent', detail: why }] })
}
