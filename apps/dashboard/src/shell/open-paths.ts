/** Where the link of an invitation leads: the one screen for who is not signed in. */
export const invitationPath = '/invitation'
