package caravana.worker.media;

import caravana.checks.TransformationEntry.Parts;
import caravana.transformation.AppliedTransformation;
import caravana.worker.job.RunningJob;
import java.util.List;

/**
 * What the ffmpeg runs of a job are planned from.
 *
 * @param source the measured original
 * @param transformations in the order in which they are applied
 * @param size sizes of the picture
 * @param result expected properties of the main video
 * @param measured results of earlier measurements
 * @param run what the run makes
 */
record Encoding(
        RunningJob job,
        SourceTimeline source,
        List<AppliedTransformation> transformations,
        PlannedSize size,
        PlannedResult result,
        Measured measured,
        Run run) {

    /** The results of earlier measurements. */
    record Measured(Loudness loudness, TargetSize size) {}

    /** What a run makes. */
    enum Run {
        /** The video and all other files. */
        ALL,
        /** The notes of the first pass for a target size. */
        FIRST_PASS,
        /** The other files, except renditions. */
        FILES
    }

    /** Returns the same for another run. */
    Encoding of(Run other) {
        return new Encoding(job, source, transformations, size, result, measured, other);
    }

    /** Returns the same without the transformations that only make files, beside the parts of the picture. */
    Encoding ofPicture() {
        List<AppliedTransformation> others = transformations.stream()
                .filter(transformation -> transformation.entry().parts() != Parts.BESIDE)
                .toList();
        return new Encoding(job, source, others, size, result, measured, run);
    }
}
