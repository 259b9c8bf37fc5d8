/** In a file of its own: a run in the workflow sandbox says it too, and must not load the whole catalogue. */
export const LEFT_IN_THE_MIDDLE = {
  message: {
    zh: '发布单 {run} 在更改 {service}/{environment} 的服务器时被终止，什么都没有撤销',
    en: 'the run {run} was ended while it changed the servers of {service}/{environment}, and nothing was undone',
  },
  remedy: {
    zh: '`runsheet repair {service} {environment}`',
    en: '`runsheet repair {service} {environment}`',
  },
} as const;
