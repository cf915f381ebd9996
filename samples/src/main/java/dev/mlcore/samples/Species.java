package dev.mlcore.samples;

/**
 * The probability of each species: one row of the model's output.
 *
 * @param adelie 0 to 1
 * @param chinstrap 0 to 1
 * @param gentoo 0 to 1
 */
public record Species(float adelie, float chinstrap, float gentoo) {
    /**
     * The species of the highest probability.
     *
     * @return the component's name; the first of several alike
     */
    public String likeliest() {
        if (adelie >= chinstrap && adelie >= gentoo) {
            return "adelie";
        }
        return chinstrap >= gentoo ? "chinstrap" : "gentoo";
    }
}
