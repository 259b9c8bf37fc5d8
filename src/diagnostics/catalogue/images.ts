/** Images and releases between the registry, the worker and the servers. */
import type { Entries } from './entry.ts';

const HELD_NOWHERE = {
  zh: '镜像仓库中没有 {image}',
  en: 'the registry holds no {image}',
} as const;

const DEPLOY_FIRST = {
  zh: '请先把这个版本部署到 {environment}，所用的操作单须有「更新部署记录」',
  en: 'deploy this version to {environment} first, with a run sheet that has "Update the deployment record"',
} as const;

export const IMAGES = {
  IMAGE_MISSING: {
    meaning: {
      zh: '镜像仓库中没有要部署的镜像。',
      en: 'The registry does not hold the image that is to be deployed.',
    },
    messages: {
      worker: {
        message: HELD_NOWHERE,
        remedy: { zh: '请先构建并推送', en: 'build and push it first' },
      },
      server: {
        message: {
          zh: '镜像仓库没有给 {server} 的 {image}：{said}',
          en: 'the registry has no {image} for {server}: {said}',
        },
        remedy: {
          zh: '请重新构建并推送，或检查 registry.pull_url 和 image.repository',
          en: 'build and push it again, or check registry.pull_url and image.repository',
        },
      },
      fromCi: {
        message: HELD_NOWHERE,
        remedy: {
          zh: '请等 CI 推送它，或检查标签与 image.repository',
          en: 'let CI push it first, or check the tag and image.repository',
        },
      },
      removed: {
        message: HELD_NOWHERE,
        remedy: {
          zh: '它在 {environment} 验证之后已从镜像仓库删除：请在 {environment} 重新部署',
          en: 'it was removed after {environment} had verified it: deploy to {environment} again',
        },
      },
    },
  },
  NO_IMAGE: {
    meaning: {
      zh: '部署之前的步骤没有给出镜像。',
      en: 'No step before the deployment gives an image.',
    },
    messages: {
      run: {
        message: { zh: '本次运行没有镜像', en: 'this run has no image' },
        remedy: {
          zh: '请在模板中先构建并推送镜像，再部署',
          en: 'build and push one in an earlier step of the template',
        },
      },
    },
  },
  IMAGE_TAG_TAKEN: {
    meaning: {
      zh: '镜像仓库中已有同名标签，它来自另一个源代码或其他构建输入。',
      en: 'The registry already holds this tag, made of another source or of other build inputs.',
    },
    messages: {
      tag: {
        message: {
          zh: '镜像仓库中的 {image} 来自另一个源 {theirs}，或其他构建输入；本次运行的源是 {ours}',
          en: "the registry holds {image} of another source, {theirs}, or of other build inputs; this run's source is {ours}",
        },
        remedy: {
          zh: '请发布新的版本号，或从镜像仓库删除该标签',
          en: 'release under a new version, or delete the tag from the registry',
        },
      },
    },
  },
  PUSH_NOT_CONFIRMED: {
    meaning: {
      zh: '推送之后，镜像仓库对该标签的应答不是推送的摘要。',
      en: 'After the push, the registry answers for the tag with something else than what was pushed.',
    },
    messages: {
      other: {
        message: {
          zh: '推送了 {digest}，但镜像仓库对 {image} 的应答是：{theirs}',
          en: 'what was pushed is {digest}, and the registry answers for {image}: {theirs}',
        },
        remedy: {
          zh: '请检查是否有其他发布在使用该标签',
          en: 'check whether somebody else pushes this tag',
        },
      },
    },
  },
  FOREIGN_IMAGE: {
    meaning: {
      zh: '指定的镜像不在本项目的仓库中。',
      en: "The image that is named is in another repository than this project's.",
    },
    messages: {
      repository: {
        message: {
          zh: '{name} 不是本项目的仓库；本项目的是 {own}',
          en: "the repository {name} is not this project's, which is {own}",
        },
        remedy: {
          zh: '请使用本项目仓库中的镜像，或修改 runsheet.yaml 的 registry.url 与 image.repository',
          en: 'use an image of that repository, or change registry.url and image.repository in runsheet.yaml',
        },
      },
    },
  },
  NOT_VERIFIED: {
    meaning: {
      zh: '这个版本还没有在另一个环境成功部署过。',
      en: 'This version has not been deployed successfully in the other environment yet.',
    },
    messages: {
      noRun: {
        message: {
          zh: '部署记录中没有 {service} {version} 在 {environment} 成功的发布',
          en: 'the records know no run of {service} {version} that succeeded in {environment}',
        },
        remedy: DEPLOY_FIRST,
      },
      noImage: {
        message: {
          zh: '{environment} 的运行 {run} 成功了，但没有部署镜像',
          en: 'run {run} succeeded in {environment}, and deployed no image',
        },
        remedy: DEPLOY_FIRST,
      },
    },
  },
  PLATFORM_MISMATCH: {
    meaning: {
      zh: '镜像不是为服务器的平台构建的。',
      en: 'The image is not built for the platform of a server.',
    },
    messages: {
      image: {
        message: {
          zh: '{server} 是 {platform}，镜像 {digest} 只有 {offered}',
          en: 'the server {server} is {platform}, and the image {digest} is for {offered} only',
        },
        remedy: {
          zh: '请在 image.docker.platforms 中列出各服务器的平台并重新构建',
          en: 'list the platforms of the servers in image.docker.platforms, and build it again',
        },
      },
    },
  },
} as const satisfies Entries;
