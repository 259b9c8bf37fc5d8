import { describeContainerRuntimeContract } from '../../contracts/container-runtime.ts';
import { makeSubject } from './subject.ts';

describeContainerRuntimeContract('processes, over the embedded SSH server', makeSubject);
