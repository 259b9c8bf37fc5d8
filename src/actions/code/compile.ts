/** The project's own build commands. */
import { defineAction } from '../define.ts';
import { IN_CHECKOUT, LONG } from './limits.ts';

export const compile = defineAction({
  ...IN_CHECKOUT,
  id: 'build.compile',
  phrases: {
    zh: ['编译源代码', '编译代码'],
    en: ['Compile the source code', 'Compile the sources'],
  },
  uses: ['commands'],
  needs: ['checkout'],
  provides: ['compiled-code'],
  measures: [],
  timeouts: LONG,
});

export const packageApp = defineAction({
  ...IN_CHECKOUT,
  id: 'build.package',
  phrases: {
    zh: ['打包应用程序', '打包应用'],
    en: ['Package the application', 'Package the app'],
  },
  uses: ['commands'],
  needs: ['checkout'],
  takes: ['compiled-code'],
  provides: ['package'],
  measures: [],
  timeouts: LONG,
});
