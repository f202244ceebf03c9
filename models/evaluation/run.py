"""The evaluation of a whole folder: truth and schemes in, report and what a page shows out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contract.clock import Clock
from models.evaluation.bars import Bar, judged
from models.evaluation.clips import UnusableClipError, counted
from models.evaluation.figures import OPERATING_SCORE, answers
from models.evaluation.folder import Truth
from models.evaluation.looking import Looked, Tell, look_at
from models.evaluation.matching import IOU_LEAST
from models.evaluation.page import Illustrations
from models.evaluation.remarks import Remarks
from models.evaluation.report import FORM, Clip, Model, Report, SetReport, Settings
from models.evaluation.schemes import SCORE_FROM, Schemes
from models.evaluation.surroundings import this_machine
from models.evaluation.truth import EvaluationSet
from models.evaluation.worst import BadPicture, worst_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """Everything that came out."""

    report: Report
    shown: Mapping[str, Illustrations]
    """By the set's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What is the same for every set."""

    schemes: Schemes
    asked_precision: Mapping[str, float]
    clock: Clock
    tell: Tell
    worst_most: int
    bars: Sequence[Bar] = ()

    def of(self, truth: Truth) -> Evaluated:
        """Return the evaluation of a folder.

        Raises:
            DetectorError: the model gave what cannot be read.
        """
        sets: list[SetReport] = []
        shown: dict[str, Illustrations] = {}
        for one in truth.sets:
            words = tuple(remark.sentence() for remark in truth.remarks[one.name])
            report, shown[one.name] = self._of_set(one, words)
            sets.append(report)
        return Evaluated(report=self._report(tuple(sets), truth.passed_over), shown=shown)

    def _of_set(self, one: EvaluationSet, words: tuple[str, ...]) -> tuple[SetReport, Illustrations]:
        remarks = Remarks()

        def tell(line: str) -> None:
            self.tell(f"{one.name}: {line}")

        looked = look_at(one.pictures, self.schemes, clock=self.clock, remarks=remarks, tell=tell)
        found = answers(
            looked.pictures, baseline=looked.baseline, product=looked.product, asked_precision=self.asked_precision
        )
        clips = self._clips(one, remarks, tell)
        report = SetReport(
            name=one.name,
            pictures=len(looked.pictures),
            boxes=sum(len(picture.labels) for picture in looked.pictures),
            rows=tuple(answer.row for answer in found),
            time=looked.time,
            clips=clips,
            remarks=(*words, *(remark.sentence() for remark in remarks.all())),
        )
        return report, Illustrations(answers=found, worst=self._worst(looked))

    def _clips(self, one: EvaluationSet, remarks: Remarks, tell: Tell) -> tuple[Clip, ...]:
        found: list[Clip] = []
        for clip in one.clips:
            try:
                found.append(counted(clip, self.schemes.product, clock=self.clock, tell=tell))
            except UnusableClipError as exc:
                remarks.add(str(exc), f"{clip.name} {clip.first_frame}-{clip.last_frame}")
        return tuple(found)

    def _worst(self, looked: Looked) -> tuple[BadPicture, ...]:
        return worst_of(looked.pictures, looked.product, most=self.worst_most)

    def _report(self, sets: tuple[SetReport, ...], passed_over: tuple[str, ...]) -> Report:
        manifest = self.schemes.manifest
        return Report(
            form=FORM,
            task="traffic",
            made_ms=self.clock.now_ms(),
            model=Model(name=manifest.name, release=manifest.release, sha256=manifest.sha256, licence=manifest.licence),
            machine=this_machine(),
            settings=Settings(
                score_from=SCORE_FROM,
                operating_score=OPERATING_SCORE,
                iou=IOU_LEAST,
                interpolation="semua titik / all points (PASCAL VOC 2010)",
                baseline=self.schemes.baseline.words,
                product=self.schemes.product.words,
                asked_precision=dict(self.asked_precision),
            ),
            sets=sets,
            passed_over=passed_over,
            bars=judged(self.bars, sets),
        )
