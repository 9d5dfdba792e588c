/** Words that more than one face says. */

import type { Fault, JobState, OfferState, UnitKind, UnitState } from "./contract.ts";
import { dictionary } from "./words.ts";

const en = {
  "fault.flat_battery": "Flat battery",
  "fault.breakdown": "Breakdown",
  "fault.accident": "Accident",
  "fault.tyre": "Tyre",
  "fault.keys_locked_in": "Keys locked in",
  "fault.charger": "Charger fault",
  "fault.other": "Other",
  "kind.tow": "Tow truck",
  "kind.charge": "Charging van",
  "kind.repair": "Repair van",
  "kind.valet": "Valet driver",
  "kind.electrician": "Electrician",
  "unit.off_shift": "Off shift",
  "unit.idle": "Idle",
  "unit.rolling": "Rolling",
  "unit.on_site": "On site",
  "unit.loaded": "Loaded",
  "unit.paused": "Paused",
  "job.open": "Planned",
  "job.ordered": "Ordered",
  "job.rolling": "Rolling",
  "job.on_site": "On site",
  "job.loaded": "Loaded",
  "job.done": "Done",
  "job.cancelled": "Cancelled",
  "job.failed": "Failed",
  "offer.offered": "asked, no answer yet",
  "offer.accepted": "on its way",
  "offer.arrived": "at the car",
  "offer.done": "done",
  "offer.rejected": "declined",
  "offer.expired": "did not answer",
  "offer.withdrawn": "not needed any more",
  offline: "The server cannot be reached. Check the network; we keep trying.",
  "language.other": "中文",
  "language.switch": "Switch to Chinese",
} as const;

const zh: { [K in keyof typeof en]: string } = {
  "fault.flat_battery": "电池亏电",
  "fault.breakdown": "车辆故障",
  "fault.accident": "事故",
  "fault.tyre": "轮胎",
  "fault.keys_locked_in": "钥匙锁车内",
  "fault.charger": "充电桩故障",
  "fault.other": "其他",
  "kind.tow": "拖车",
  "kind.charge": "移动充电车",
  "kind.repair": "维修车",
  "kind.valet": "代驾",
  "kind.electrician": "电工",
  "unit.off_shift": "未出勤",
  "unit.idle": "待命",
  "unit.rolling": "行驶中",
  "unit.on_site": "作业中",
  "unit.loaded": "载车中",
  "unit.paused": "暂停",
  "job.open": "已计划",
  "job.ordered": "已派单",
  "job.rolling": "前往中",
  "job.on_site": "已到场",
  "job.loaded": "已装车",
  "job.done": "已完成",
  "job.cancelled": "已取消",
  "job.failed": "未成功",
  "offer.offered": "已询问，尚未答复",
  "offer.accepted": "正在前往",
  "offer.arrived": "已到场",
  "offer.done": "已完成",
  "offer.rejected": "未接单",
  "offer.expired": "未答复",
  "offer.withdrawn": "已不需要",
  offline: "无法连接服务器。请检查网络，我们会继续重试。",
  "language.other": "EN",
  "language.switch": "切换到英文",
};

export const common = dictionary(en, zh);
export const faultText = (fault: Fault) => common(`fault.${fault}`);
export const kindText = (kind: UnitKind) => common(`kind.${kind}`);
export const unitStateText = (state: UnitState) => common(`unit.${state}`);
export const offerStateText = (state: OfferState) => common(`offer.${state}`);
export const jobStateText = (state: JobState) => common(`job.${state}`);
