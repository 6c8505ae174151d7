import { isDeepStrictEqual } from 'node:util'
import { Problem } from '../../base/problem.ts'
import type { Tx } from '../../postgres/pool.ts'

/** Who creates what under which reference; `fields` are what a repeat must equal. */
export interface ReferenceClaim {
  /** A reseller's id, or 'operator'. */
  readonly owner: string
  readonly resource: string
  readonly reference: string
  readonly fields: Readonly<Record<string, unknown>>
  /** The id the resource gets if the reference is new. */
  readonly resourceId: string
}

/**
 * Claims a reference for a resource about to be created in this transaction. Returns undefined when it is new, the id of the
 * earlier resource when the same fields were sent before, and throws `reference_reused` naming the fields that differ.
 */
export async function claimReference (tx: Tx, claim: ReferenceClaim): Promise<string | undefined> {
  const fields = JSON.parse(JSON.stringify(claim.fields)) as Record<string, unknown>
  const [made] = await tx`
    insert into reference_claims (owner, resource, reference, fields, resource_id)
    values (${claim.owner}, ${claim.resource}, ${claim.reference}, ${tx.json(fields as never)}, ${claim.resourceId})
    on conflict do nothing returning resource_id`
  if (made) return undefined
  const [earlier] = await tx<{ fields: Record<string, unknown>, resource_id: string }[]>`
    select fields, resource_id from reference_claims
    where owner = ${claim.owner} and resource = ${claim.resource} and reference = ${claim.reference}`
  const names = new Set([...Object.keys(fields), ...Object.keys(earlier!.fields)])
  const differing = [...names].filter(name => !isDeepStrictEqual(fields[name], earlier!.fields[name]))
  if (differing.length > 0) throw referenceReused(claim.reference, differing)
  return earlier!.resource_id
}

/** The refusal of a reference that came before with other fields. */
export function referenceReused (reference: string, differing: readonly string[]): Problem {
  const detail = `The reference ${JSON.stringify(reference)} was used before, and this request differs in ${differing.join(', ')}. ` +
    'Use a new reference for a new purpose.'
  return new Problem('reference_reused', detail, {
    errors: differing.map(name => ({ pointer: `/${name}`, detail: 'differs from the earlier request' }))
  })
}
