import { Accounts } from "./dist/accounts.js"; import { setUp } from "./dist/consortium.js"; import { timeRounds } from "./dist/timed-rounds.js";
const n=+process.argv[2], what=process.argv[3];
let t=performance.now(); const a=new Accounts(()=>performance.now()); const c=setUp(n,30,a); console.log('setup',performance.now()-t);
if(what==='round'){const r=timeRounds(c,{firstRound:1,warmUps:2,runs:28,words:1000}); console.log(r.map(x=>x.wholeMs.toFixed(0)).join(' '));
 const x=r[10]; for(const who of ['party-01','coordinator']) console.log(who, ['mask','root','sum','unmask','machine','letters'].map(s=>s+' '+x.accounts.stageMs(who,s).toFixed(2)).join(' '));}
