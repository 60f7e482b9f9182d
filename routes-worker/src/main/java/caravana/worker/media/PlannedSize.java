package caravana.worker.media;

import caravana.transformation.AppliedTransformation;
import java.util.List;

/**
 * What size a picture has, as far as the transformations alone decide it.
 *
 * @param source into which the original is fitted at once, before its colours are converted; null for none
 * @param result the size of the result; null when the original's shape decides it
 */
record PlannedSize(PlannedResult.Box source, PlannedResult.Box result) {

    static PlannedSize of(List<AppliedTransformation> transformations) {
        PlannedResult.Box source = null;
        PlannedResult.Box fit = null;
        boolean reshaped = false;
        boolean filled = false;
        for (AppliedTransformation transformation : transformations) {
            String box = transformation.set("fit");
            if (box != null) {
                String[] sides = box.split("x");
                fit = new PlannedResult.Box(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
                filled = false;
                // What is cropped first would be scaled up again.
                source = source == null && !reshaped ? fit : source;
            }
            String shape = transformation.set("shape");
            if (shape != null) {
                reshaped = true;
                filled = fit != null && isOf(shape, fit);
            }
        }
        return new PlannedSize(source, filled ? fit : null);
    }

    private static boolean isOf(String shape, PlannedResult.Box box) {
        String[] sides = shape.split(":");
        return sides.length == 2
                && Integer.parseInt(sides[0]) * box.height() == Integer.parseInt(sides[1]) * box.width();
    }
}
