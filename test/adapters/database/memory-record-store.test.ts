import { createMemoryRecordStore } from '../../../src/adapters/database/memory-record-store.ts';
import { recordStoreContract } from '../../contracts/record-store.ts';

recordStoreContract('memory', () => Promise.resolve(createMemoryRecordStore()));
