/** The task queues of a project beside its own, on which the workers that build ask for work. */

/** Any worker that builds asks here. @param taskQueue the project's own */
export function buildQueueOf(taskQueue: string): string {
  return `${taskQueue}-build`;
}

/** One worker's own, where its checkouts are. @param place 12 hex digits, see worker/place.ts */
export function placeQueueOf(taskQueue: string, place: string): string {
  return `${buildQueueOf(taskQueue)}-${place}`;
}

const PLACE = /^[0-9a-f]{12}$/u;

/** Whether a queue is one of this project's places: a worker that builds says its own name. */
export function isPlaceOf(taskQueue: string, queue: string): boolean {
  const prefix = `${buildQueueOf(taskQueue)}-`;
  return queue.startsWith(prefix) && PLACE.test(queue.slice(prefix.length));
}
