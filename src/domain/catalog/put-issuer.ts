import type { Tx } from '../../postgres/pool.ts'
import { touchProducts } from './touch-products.ts'

/** The brand behind products: its codes are unique for ever, whoever supplies them. */
export interface Issuer { readonly id: string, readonly name: string }

/** Makes an issuer or renames it; a rename is told with every product of it. */
export async function putIssuer (tx: Tx, issuer: Issuer): Promise<Issuer> {
  const [written] = await tx<{ renamed: boolean }[]>`
    insert into issuers as present (id, name) values (${issuer.id}, ${issuer.name})
    on conflict (id) do update set name = excluded.name where present.name <> excluded.name
    returning xmax <> 0 as renamed`
  if (written?.renamed) {
    const products = await tx<{ id: string }[]>`select id from products where issuer_id = ${issuer.id}`
    await touchProducts(tx, products.map(product => product.id))
  }
  return issuer
}
