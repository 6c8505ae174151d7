/**
 * Lets what is made in one turn of the event loop be sent at its end, one right after another. The answers of a batch then wake
 * whoever reads them (a proxy, a client on this machine) once, and not each of them, which costs more than making one.
 */
export function turns (): () => Promise<void> {
  let end: Promise<void> | undefined
  return () => {
    end ??= new Promise(resolve => {
      process.nextTick(() => {
        end = undefined
        resolve()
      })
    })
    return end
  }
}
