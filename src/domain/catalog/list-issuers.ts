import type { Reader } from '../../postgres/pool.ts'
import type { Issuer } from './put-issuer.ts'

/** Up to `count` issuers by id, behind `after`. */
export async function listIssuers (read: Reader, after: string | undefined, count: number): Promise<readonly Issuer[]> {
  return await read<Issuer[]>`select id, name from issuers where ${after ?? ''} < id order by id limit ${count}`
}
