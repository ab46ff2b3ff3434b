/** A Process is renamed while workflows run: rendered by the plugin. */
import { renameCases } from './rename-cases.ts';

renameCases('plugin').run();
