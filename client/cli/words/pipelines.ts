import { parameterLines } from '../arguments/parameters';
import { exitCodes } from '../exit-codes';
import { plainText } from '../output/formats';
import { defineWord } from '../word';

export const pipelinesWord = defineWord({
  name: 'pipelines',
  takes: [],
  about: 'the pipelines there are, with their parameters',
  options: {},
  act: async ({ terminal, isJson, connect }) => {
    const { client } = await connect();
    const catalogue = await client.call('listPipelines');
    if (isJson) terminal.json(catalogue);
    else {
      for (const { pipeline, description, parameters } of catalogue.pipelines) {
        terminal.say(`${terminal.paint('bold', pipeline)}  ${plainText(description)}`);
        for (const each of parameterLines(parameters)) terminal.say(`  ${plainText(each)}`);
      }
    }
    return exitCodes.done;
  },
});
