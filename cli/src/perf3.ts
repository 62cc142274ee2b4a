import { guardStore, Throughline, driveResolution, resolveBatch, productKinds, type CheckedBatch, type Store, type Row } from "@throughline/core";
import { Session } from "node:inspector/promises";
const kinds = new Map(productKinds.map(k=>[k.name,k]));
let seq=0;
const sess = { id:"01a1fe5c-5057-77f5-8833-15bac26cfdae", userId:"local", toolId:"", externalKey:"", terminalId:"", status:"active", hiddenAt:0, lastSeq:0, headSeq:0, messageCount:0, tokenCount:0, lastActivity:1, revision:1 } as unknown as Row;
const store = { capabilities:{name:"null",durability:"none",unknownOutcomes:false,shared:false,search:"scan"}, kinds,
 async commit(batch: CheckedBatch){ const r=driveResolution(resolveBatch(batch,kinds),(l)=> l.type==="record" && l.kind.name==="sessions" ? {...sess,lastSeq:seq,headSeq:seq}:undefined); seq++; return {position:seq,replayed:false,results:r.results}; } } as unknown as Store;
const g = guardStore(store); const tl = new Throughline(g);
const text="word ".repeat(114);
const bench=async(name:string,f:(i:number)=>Promise<unknown>)=>{ for(let i=0;i<20000;i++) await f(i);
  const session = new Session(); if(process.env.PROF){ session.connect(); await session.post("Profiler.enable"); await session.post("Profiler.setSamplingInterval",{interval:200}); await session.post("Profiler.start");}
 const c=process.cpuUsage(); const n=50000; for(let i=0;i<n;i++) await f(i); const u=process.cpuUsage(c); console.log(name,((u.user+u.system)/n).toFixed(2),"us");
 if(process.env.PROF){ const { profile } = await session.post("Profiler.stop");
  const self = new Map<string,number>(); const dt=profile.timeDeltas!; const byId=new Map(profile.nodes.map(x=>[x.id,x]));
  profile.samples!.forEach((id,i)=>{const c=byId.get(id)!.callFrame; const k=`${c.functionName||"(anon)"} ${c.url.split("/").slice(-3).join("/")}:${c.lineNumber}`; self.set(k,(self.get(k)??0)+dt[i]!);});
  for(const [k,v] of [...self].sort((a,b)=>b[1]-a[1]).slice(0,32)) console.log((v/n).toFixed(2).padStart(7),k);} };
await bench("append all layers", i=>tl.messages.append(sess.id as string,[{role:"user",content:text}]));
const rec={id:"x",role:"user",content:text,contentFormat:"",tokenCount:0,model:"",usage:"",cost:null,metadata:"",native:"",createdAt:1,updatedAt:0};
if(!process.env.PROF){
await bench("guard+resolve", i=>g.commit({tenant:"default",writes:[{type:"append",session:[sess.id as string],messages:[{record:rec,fresh:true}],exists:"same"}]}));
await bench("resolve", i=>store.commit({tenant:"default",now:1,expect:[],writes:[{type:"append",session:[sess.id as string],messages:[{record:rec,fresh:true}],exists:"same"}]},{}));}
